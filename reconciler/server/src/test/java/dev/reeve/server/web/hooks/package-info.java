@NullMarked
package dev.reeve.server.web.hooks;

import org.jspecify.annotations.NullMarked;
