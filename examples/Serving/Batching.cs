using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Serving;

/// <summary>
/// Scores the rows of requests that come at the same time together: whoever waits while a batch is scored is in the next one. Nobody waits longer for that.
/// </summary>
internal sealed class Batching : BackgroundService
{
    private readonly Channel<Work> _queue = Channel.CreateUnbounded<Work>();
    private readonly ServingOptions _options;
    private readonly ServingMetrics _metrics;
    private readonly ILogger<Batching> _log;
    private int _waiting;

    public Batching(ServingOptions options, ServingMetrics metrics, ILogger<Batching> log)
    {
        (_options, _metrics, _log) = (options, metrics, log);
        metrics.WatchQueue(() => Volatile.Read(ref _waiting));
    }

    /// <summary>Scores the rows of a request.</summary>
    /// <param name="model">The model, in use until the task has ended.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="cancellation">Canceled when the caller is gone: rows that still wait are left out then.</param>
    /// <returns>The answers; <see langword="null"/> when too many rows wait already.</returns>
    public Task<JsonObject[]>? TryScore(ServedModel model, IReadOnlyList<object[]> rows, CancellationToken cancellation)
    {
        if (Interlocked.Add(ref _waiting, rows.Count) > _options.MostRowsWaiting)
        {
            Interlocked.Add(ref _waiting, -rows.Count);
            return null;
        }
        var work = new Work(model, rows, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellation);
        if (!_queue.Writer.TryWrite(work))
            throw new OperationCanceledException("The server ends.");
        return work.Answer.Task;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _options.Workers).Select(_ => Task.Run(() => Run(stoppingToken), CancellationToken.None)));

    private async Task Run(CancellationToken stopping)
    {
        var batch = new List<Work>();
        Work? next = null;
        try
        {
            while (true)
            {
                batch.Clear();
                batch.Add(next ?? await _queue.Reader.ReadAsync(stopping));
                next = null;
                await _options.BeforeBatch();
                int rows = batch[0].Rows.Count;
                while (_queue.Reader.TryRead(out var more))
                {
                    if (more.Model != batch[0].Model || rows + more.Rows.Count > _options.MostRowsOfBatch)
                    {
                        next = more;
                        break;
                    }
                    batch.Add(more);
                    rows += more.Rows.Count;
                }
                Interlocked.Add(ref _waiting, -rows);
                Score([.. batch.Where(work => !work.IsGone())]);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends: nothing comes in any more, and what waits is not scored.
            _queue.Writer.TryComplete();
            while (next is not null || _queue.Reader.TryRead(out next))
            {
                next.Answer.TrySetCanceled(CancellationToken.None);
                next = null;
            }
        }
    }

    private void Score(IReadOnlyList<Work> batch)
    {
        if (batch.Count == 0)
            return;
        try
        {
            var rows = batch.SelectMany(work => work.Rows).ToArray();
            _metrics.Batch(rows.Length);
            var answers = batch[0].Model.Score(rows);
            int from = 0;
            foreach (var work in batch)
            {
                work.Answer.TrySetResult(answers[from..(from + work.Rows.Count)]);
                from += work.Rows.Count;
            }
        }
        catch (Exception e)
        {
            // One row that the model refuses must not cost the others their answers.
            if (batch.Count == 1)
                batch[0].Answer.TrySetException(Named(batch[0], e));
            else
                foreach (var work in batch)
                    Score([work]);
        }
    }

    /// <summary>Finds the row that is to blame.</summary>
    private Exception Named(Work work, Exception e)
    {
        if (!IsOfRows(e.GetBaseException()))
        {
            _log.LogError(e, "Rows could not be scored.");
            return e;
        }
        for (int i = 0; i < work.Rows.Count; i++)
        {
            try
            {
                work.Model.Score([work.Rows[i]]);
            }
            catch (Exception ofRow) when (IsOfRows(ofRow.GetBaseException()))
            {
                string message = ofRow.GetBaseException().Message;
                return new BadRowException($"Row {i} (counted from 0){(ofRow.GetBaseException() is BadRowException ? " " : ": ")}{message}", ofRow);
            }
        }
        return e;
    }

    /// <summary>Whether an exception is about what rows have in them, and not about the machine.</summary>
    private static bool IsOfRows(Exception e) => e is BadRowException or ArgumentException or InvalidDataException or FormatException
        or (InvalidOperationException and not ObjectDisposedException);

    private sealed record Work(
        ServedModel Model, IReadOnlyList<object[]> Rows, TaskCompletionSource<JsonObject[]> Answer, CancellationToken Cancellation)
    {
        /// <summary>Whether the caller is gone.</summary>
        public bool IsGone() => Cancellation.IsCancellationRequested && Answer.TrySetCanceled(Cancellation);
    }
}
