T={{token:github-classic-pat}}
echo more
