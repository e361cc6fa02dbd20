// Package ec2 holds the EC2 API as data: the request and result shapes of the
// actions in actions.txt, generated from the published service model, the
// description of the service for the dispatcher, and the table from
// cloud.Error to EC2's error codes.
//
// It holds no business logic: the actions live in roles/clc. Actions, tests
// and tools may import it.
package ec2

//go:generate go run ecc/api/shapegen -models "$BOTOCORE_DATA" -service ec2/2016-11-15 -actions actions.txt -package ec2 -out .
