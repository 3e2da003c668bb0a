/** Signed statements between processes: keys of Ed25519 and the bytes that are signed. */
package ai.neo.proto.signing;
