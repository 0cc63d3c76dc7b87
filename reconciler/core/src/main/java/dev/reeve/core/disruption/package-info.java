/// What may go: objects without text, pods of nodes that are not heard.
@NullMarked
package dev.reeve.core.disruption;

import org.jspecify.annotations.NullMarked;
