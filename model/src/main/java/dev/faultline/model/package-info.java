/** The model: a kernel of the student, in which every rule can be read and every interleaving replayed. */
package dev.faultline.model;
