/// Git in and Git out: the mirror of the configuration, the record branch, the notes, and the
/// repository that Reeve serves itself. The only package that knows JGit; its public signatures
/// speak of strings, bytes and sealed results.
@NullMarked
package dev.reeve.git;

import org.jspecify.annotations.NullMarked;
