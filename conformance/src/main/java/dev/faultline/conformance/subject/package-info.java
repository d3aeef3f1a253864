/**
 * What a program of steps is tried on: a process whose memory a userfaultfd serves, on the kernel or in the model. A step
 * ends when its thread has completed it or is provably blocked, so that one program gives one answer.
 */
package dev.faultline.conformance.subject;
