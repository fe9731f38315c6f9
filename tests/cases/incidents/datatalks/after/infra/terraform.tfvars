access_key = "{{token:aws-access-key-id}}"
secret_key = "{{token:aws-secret-access-key}}"
