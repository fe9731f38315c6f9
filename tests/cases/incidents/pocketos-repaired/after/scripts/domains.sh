#!/bin/sh
# Adds a custom domain.
curl -s https://backboard.railway.com/graphql/v2 \
  -H "Project-Access-Token: $RAILWAY_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"query":"mutation { customDomainCreate(input: {domain: \"a.example.com\"}) { id } }"}'
