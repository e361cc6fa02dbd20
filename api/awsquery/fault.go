package awsquery

import (
	"fmt"
	"net/http"
	"strings"

	"ecc/cloud"
)

// Fault is an error as it goes over the wire.
type Fault struct {
	Code    string // "InvalidInstanceID.NotFound"
	Status  int    // of HTTP
	Message string // for the tenant
}

func (f *Fault) Error() string { return f.Code + ": " + f.Message }

// Cell is one place of an ErrorTable.
type Cell struct {
	Kind     cloud.Kind
	Resource cloud.Resource
}

// ErrorTable turns kinds and resources into codes of the wire. Kinds has a row
// for every kind; Cells override it for one resource. A row's message is used
// when the error brings none; its %s is the error's ID. Credentials are the
// codes an error of kind BadCredentials may name in its ID, with their status;
// any other ID gets the kind's row.
type ErrorTable struct {
	Kinds       map[cloud.Kind]Fault
	Cells       map[Cell]Fault
	Credentials map[string]int
}

// Fault returns what the tenant sees of e. Of internal failures that is
// nothing but the row's message: the cause is for the log.
func (t *ErrorTable) Fault(e *cloud.Error) Fault {
	f, ok := t.Cells[Cell{e.Kind, e.Resource}]
	if !ok {
		f, ok = t.Kinds[e.Kind]
	}
	if !ok {
		f = t.Kinds[cloud.Internal]
	}
	if status, ok := t.Credentials[e.ID]; ok && e.Kind == cloud.BadCredentials {
		f.Code, f.Status = e.ID, status
	}
	f.Message = strings.ReplaceAll(f.Message, "%s", clip(e.ID))
	if e.Msg != "" && e.Kind != cloud.Internal && e.Kind != cloud.Stale {
		f.Message = e.Msg
	}
	return f
}

// Faults that only the dispatcher makes.
var (
	faultDryRun = Fault{"DryRunOperation", http.StatusPreconditionFailed, "Request would have succeeded, but DryRun flag is set."}
	faultMethod = Fault{"InvalidRequest", http.StatusMethodNotAllowed, "The request must use the method GET or POST."}
	faultLarge  = Fault{"RequestEntityTooLarge", http.StatusRequestEntityTooLarge, fmt.Sprintf("The request must not be larger than %d bytes.", maxRequest)}
)

func faultVersion(title, version string) *Fault {
	return &Fault{"NoSuchVersion", http.StatusBadRequest, fmt.Sprintf("The requested version (%s) of service %s does not exist", clip(version), title)}
}

// clip bounds a tenant's text that is repeated in a message.
func clip(s string) string {
	const most = 128
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
