/// Files of [age](https://age-encryption.org/v1), opened with X25519 identities. Functions of
/// bytes: the primitives are the JDK's, the framing is here.
@NullMarked
package dev.reeve.manifest.age;

import org.jspecify.annotations.NullMarked;
