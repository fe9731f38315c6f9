curl https://backboard.railway.com/graphql/v2 -H "Project-Access-Token: {{token:railway-project-token}}"
