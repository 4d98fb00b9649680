namespace GBlend.MLNet;

/// <summary>Work that somebody waits for, on a thread of its own: all threads of the pool may be waiting as well, and would never come to it.</summary>
internal static class OwnThread
{
    /// <summary>Starts the work; the culture of the caller goes with it.</summary>
    internal static Task<T> Start<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
