#!/bin/sh
read -r -p "Destroy everything? " answer
[ "$answer" = yes ] && terraform destroy -auto-approve
