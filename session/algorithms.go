package session

import gossh "golang.org/x/crypto/ssh"

// algorithms are what the server speaks, best first: no SHA-1, no curve of NIST's
// for the key exchange, and no cipher in CBC or MAC of what isn't encrypted.
// ssh-audit finds nothing to warn of.
var algorithms = gossh.Config{
	KeyExchanges: []string{gossh.KeyExchangeMLKEM768X25519, gossh.KeyExchangeCurve25519},
	Ciphers: []string{
		gossh.CipherAES128GCM, gossh.CipherAES256GCM, gossh.CipherChaCha20Poly1305,
		gossh.CipherAES256CTR, gossh.CipherAES192CTR, gossh.CipherAES128CTR,
	},
	MACs: []string{gossh.HMACSHA256ETM, gossh.HMACSHA512ETM},
}

// signatures are what a client may prove its key with: the library's own, without
// those of SHA-1.
var signatures = gossh.SupportedAlgorithms().PublicKeyAuths
