package dev.faultline.model;

/** Who decides which thread of the model goes on. */
public sealed interface Scheduler permits FreeScheduler, SeededScheduler {}
