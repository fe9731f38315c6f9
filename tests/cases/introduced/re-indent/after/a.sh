if true; then
  T={{token:github-classic-pat}}
fi
