@NullMarked
package dev.reeve.server.web.kubernetes;

import org.jspecify.annotations.NullMarked;
