/** Man pages and completions, made from the commands themselves. */
package dev.faultline.cli.manual;
