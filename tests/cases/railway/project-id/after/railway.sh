RAILWAY_PROJECT_ID={{token:railway-account-token}}
RAILWAY_SERVICE_ID={{token:railway-account-token}}
railway link {{token:railway-account-token}}
