t = "{{token:github-classic-pat}}"  # tokenleash:ignore tokenleash:allow
