package s3

import (
	"bytes"
	"html/template"
	"net/http"
	"strconv"
)

// errorPage is an error as visitors of a website see it.
var errorPage = template.Must(template.New("error").Parse(`<html>
<head><title>{{.Status}} {{.Reason}}</title></head>
<body>
<h1>{{.Status}} {{.Reason}}</h1>
<ul>
<li>Code: {{.Code}}</li>
<li>Message: {{.Message}}</li>
{{- range .Details}}
<li>{{.Name}}: {{.Value}}</li>
{{- end}}
<li>RequestId: {{.RequestID}}</li>
<li>HostId: {{.HostID}}</li>
</ul>
{{- if .Page}}
<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>
<ul>
<li>Code: {{.Page}}</li>
<li>Message: {{.PageMessage}}</li>
</ul>
{{- end}}
<hr/>
</body>
</html>
`))

// WriteErrorPage answers a visitor of a website. page, which may be nil, is why
// the site's own page could not be shown. It returns the status.
func WriteErrorPage(w http.ResponseWriter, err, page error, s Subject) int {
	code, status, msg := Describe(err)
	doc := struct {
		Status                                   int
		Reason, Code, Message, RequestID, HostID string
		Details                                  []Detail
		Page, PageMessage                        string
	}{Status: status, Reason: http.StatusText(status), Code: code, Message: msg, RequestID: s.RequestID, HostID: s.HostID}
	switch Code(code) { //nolint:exhaustive // these say more
	case NoSuchKey:
		doc.Details = []Detail{{"Key", s.Key}}
	case NoSuchBucket, NoSuchWebsiteConfiguration:
		doc.Details = []Detail{{"BucketName", s.Bucket}}
	case MethodNotAllowed:
		doc.Details = []Detail{{"Method", s.Method}, {"ResourceType", "OBJECT"}}
	}
	if page != nil {
		doc.Page, _, doc.PageMessage = Describe(page)
	}
	h := w.Header()
	h.Set("X-Amz-Error-Code", code)
	h.Set("X-Amz-Error-Message", msg)
	for _, d := range doc.Details[:min(1, len(doc.Details))] {
		h.Set("X-Amz-Error-Detail-"+d.Name, d.Value)
	}
	if s.Method == http.MethodHead || status == http.StatusNotModified {
		w.WriteHeader(status)
		return status
	}
	var b bytes.Buffer
	if err := errorPage.Execute(&b, doc); err != nil {
		status = http.StatusInternalServerError
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return status
}
