"""A signed Query request as boto 2 and euca2ools make it: signature version 2.

Takes the URL of a cloud, the access key, the secret, the method, and the
request's parameters as NAME=VALUE; prints the status and the answer. Standard
library only: neither of the two is packaged any more.
"""

import base64
import hashlib
import hmac
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

endpoint, key, secret, method = sys.argv[1:5]
parameters = dict(p.split("=", 1) for p in sys.argv[5:])
parameters.update(AWSAccessKeyId=key, SignatureVersion="2", SignatureMethod="HmacSHA256",
                  Timestamp=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
query = "&".join(urllib.parse.quote(k, "-_.~") + "=" + urllib.parse.quote(v, "-_.~") for k, v in sorted(parameters.items()))
host = urllib.parse.urlsplit(endpoint).netloc
to_sign = "\n".join([method, host.lower(), "/", query])
signature = base64.b64encode(hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).digest())
query += "&Signature=" + urllib.parse.quote(signature, "")
if method == "GET":
    request = urllib.request.Request(endpoint + "/?" + query)
else:
    request = urllib.request.Request(endpoint + "/", query.encode(), {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"})
try:
    with urllib.request.urlopen(request, timeout=60) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as e:
    print(e.code, e.read().decode())
