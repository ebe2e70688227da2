"""The admission webhook: the injector's decision, served to the API server.

The API server posts an AdmissionReview for every pod that is to be created and waits for the answer, so the webhook answers at
once and never fails a pod: whatever goes wrong in here admits the pod as it is, with a warning, unless somebody has asked for
``strict``.

Glossary
--------
review
    the question and the answer, AdmissionReview of ``admission.k8s.io/v1``.
pair
    the certificate and its key, which the cluster renews while we run.
"""

from sidecar.admission.app import build_app
from sidecar.admission.certificates import CertificateError
from sidecar.admission.server import serve

__all__ = ["CertificateError", "build_app", "serve"]
