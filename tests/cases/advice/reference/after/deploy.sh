railway up --service web # RAILWAY_TOKEN comes from the environment
