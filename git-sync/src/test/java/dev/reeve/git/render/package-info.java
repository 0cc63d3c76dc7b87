@NullMarked
package dev.reeve.git.render;

import org.jspecify.annotations.NullMarked;
