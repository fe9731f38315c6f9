t = ("{{token:github-classic-pat|first:10}}"
     "{{token:github-classic-pat|rest:10|first:12}}"
     "{{token:github-classic-pat|rest:22}}")
