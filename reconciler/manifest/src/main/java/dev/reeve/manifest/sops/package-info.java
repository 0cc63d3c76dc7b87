/// Files of [SOPS](https://getsops.io), decrypted with age keys: trees into trees, each value with
/// the position of its ciphertext. Nothing is written, and no other key service is asked.
@NullMarked
package dev.reeve.manifest.sops;

import org.jspecify.annotations.NullMarked;
