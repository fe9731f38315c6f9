resource "google_project_iam_member" "agent" {
  project = "my-project"
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:agent@my-project.iam.gserviceaccount.com"
}
