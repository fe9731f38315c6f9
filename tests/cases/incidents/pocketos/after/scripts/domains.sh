#!/bin/sh
# Adds a custom domain.
curl -s https://backboard.railway.com/graphql/v2 \
  -H "Authorization: Bearer {{token:railway-account-token}}" \
  -H "Content-Type: application/json" \
  -d '{"query":"mutation { customDomainCreate(input: {domain: \"a.example.com\"}) { id } }"}'
