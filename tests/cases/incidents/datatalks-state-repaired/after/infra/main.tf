terraform {
  backend "s3" {
    bucket = "state"
    key    = "production"
    region = "eu-west-1"
  }
}

resource "aws_db_instance" "main" {
  identifier          = "main"
  instance_class      = "db.t4g.medium"
  deletion_protection = true
}
