/** Sizes, times, tables, sentences and the progress line: how the command line speaks. */
package dev.faultline.cli.text;
