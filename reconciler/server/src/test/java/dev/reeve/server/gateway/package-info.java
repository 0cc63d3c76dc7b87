@NullMarked
package dev.reeve.server.gateway;

import org.jspecify.annotations.NullMarked;
