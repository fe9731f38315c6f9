const v = "{{token:github-classic-pat|octal}}";
