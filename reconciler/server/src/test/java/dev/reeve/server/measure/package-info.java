@NullMarked
package dev.reeve.server.measure;

import org.jspecify.annotations.NullMarked;
