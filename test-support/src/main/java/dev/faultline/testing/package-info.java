/** Conditions on a test's host: huge pages, userfaultfd, /dev/kvm. It uses nothing of what is tested. */
package dev.faultline.testing;
