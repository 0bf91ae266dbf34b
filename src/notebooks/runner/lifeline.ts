/**
 * A kernel that the runner starts holds one end of a pipe whose other end only the runner holds. When the runner is
 * gone, by SIGKILL even, the system closes that end, and the kernel's watchdog sees it.
 */

/** The kernel's file descriptor of the pipe. */
export const LIFELINE = 3;

/** The environment variable that announces the pipe to the kernel; it holds the connection's folder. */
export const LIFELINE_VARIABLE = "FINETUNE_ICL_KERNEL_DIRECTORY";
