package walrus

import "ecc/api/s3"

// checkParameters refuses parameters that mean something to another operation:
// who sends them expects that one.
func (c *call) checkParameters() error {
	if c.version.given && c.creates() {
		return s3.InvalidArgumentf("versionId", c.version.name, "This operation does not accept a version-id.")
	}
	if part := c.Query.Get("partNumber"); part != "" && c.creates() && !c.Query.Has("uploadId") {
		return s3.InvalidArgumentf("partNumber", part, "This operation does not accept partNumber without uploadId")
	}
	return nil
}
