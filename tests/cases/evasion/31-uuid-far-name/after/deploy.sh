T={{token:railway-account-token}}

curl https://backboard.railway.com/graphql/v2 \
  -H "Authorization: Bearer $T"
