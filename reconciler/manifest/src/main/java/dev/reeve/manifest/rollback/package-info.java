/// A rollback in Git as an edit of text: what failed is put back as it was, and nothing else is
/// touched. Start reading at [dev.reeve.manifest.rollback.RollbackEdit].
@NullMarked
package dev.reeve.manifest.rollback;

import org.jspecify.annotations.NullMarked;
