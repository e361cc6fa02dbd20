// Package sts holds the STS API as data: the request and result shapes of the
// actions in actions.txt, generated from the published service model, and the
// description of the service for the dispatcher.
//
// It holds no business logic: the actions live in roles/clc.
package sts

//go:generate go run ecc/api/shapegen -models "$BOTOCORE_DATA" -service sts/2011-06-15 -actions actions.txt -package sts -out .
