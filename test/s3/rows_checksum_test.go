package s3_test

var checksumRows, copyRows, multipartRows []row
