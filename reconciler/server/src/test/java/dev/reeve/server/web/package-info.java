@NullMarked
package dev.reeve.server.web;

import org.jspecify.annotations.NullMarked;
