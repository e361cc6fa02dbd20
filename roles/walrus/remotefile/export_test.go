package remotefile

// Limits makes what is sent in one request small.
func (c *Config) Limits(single, part int64) { c.single, c.part = single, part }

// Chunk and Ahead bound what a reader asks for at a time.
const (
	Chunk = chunk
	Ahead = ahead
)
