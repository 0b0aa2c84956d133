// The certificate of the client as RFC 9440 section 2.2 wants it: ":" base64 of the DER ":".
// What stands between the lines of a PEM file is that base64, in lines.

function field(r) {
    const pem = r.variables.ssl_client_raw_cert;
    return pem ? ':' + pem.replace(/-----[A-Z ]+-----|\s/g, '') + ':' : '';
}

export default { field };
