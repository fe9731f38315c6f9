resource "google_project_iam_member" "agent" {
  project = "my-project"
  role    = "roles/owner"
  member  = "serviceAccount:agent@my-project.iam.gserviceaccount.com"
}
