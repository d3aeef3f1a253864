/** What userfaultfd does, case by case: tried on the kernel and on the model, and held against what is expected. */
package dev.faultline.conformance;
