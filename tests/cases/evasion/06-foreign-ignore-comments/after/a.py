t = "{{token:github-classic-pat}}"  # gitleaks:allow nosec pragma: allowlist secret kingfisher:ignore trufflehog:ignore ggignore noqa
