/// Images that are followed: which tag is newer than which, and where in the text they stand.
@NullMarked
package dev.reeve.manifest.images;

import org.jspecify.annotations.NullMarked;
