const t = "{{token:github-classic-pat|first:14}}" + "{{token:github-classic-pat|rest:14}}";
