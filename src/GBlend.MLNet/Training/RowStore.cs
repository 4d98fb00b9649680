using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>Rows as tensors: per modality [rows, shape...], and the targets.</summary>
internal sealed record Batch(IReadOnlyList<Tensor> Inputs, Tensor Targets)
{
    internal long Rows => Targets.shape[0];
}

/// <summary>All rows of a fit as tensors on the device, and batches of them in any order.</summary>
internal sealed class RowStore : IDisposable
{
    /// <summary>Batches are gathered some at a time, up to so many bytes, and then cut: fewer copies, which still fit a core's cache.</summary>
    private const long WindowBytes = 1 << 20;

    private readonly Tensor[] _inputs;
    private readonly Tensor _targets;
    private readonly Device _device;
    private readonly long _rowBytes;

    internal RowStore(TrainingRows rows, IReadOnlyList<ModalitySpec> modalities, Tensor targets, ScalarType precision, Device device)
    {
        _device = device;
        using var scope = NewDisposeScope();
        _inputs = [.. modalities.Select((m, i) => scope.Detach(from_array(rows.Modalities[i]).view([rows.Count, .. m.Shape.Select(s => (long)s)]).to(precision).to(device)))];
        _targets = scope.Detach(targets.to(device));
        _rowBytes = _inputs.Sum(t => t.numel() * t.element_size()) / Math.Max(rows.Count, 1);
    }

    /// <summary>Copies of the rows asked for; the caller disposes of them.</summary>
    internal Batch Gather(ReadOnlySpan<int> order)
    {
        var rows = new long[order.Length];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = order[i];
        using var index = tensor(rows, device: _device);
        return new Batch([.. _inputs.Select(t => t.index_select(0, index))], _targets.index_select(0, index));
    }

    /// <summary>The rows in the order given, cut into batches. A batch is valid until the next one is asked for.</summary>
    internal IEnumerable<Batch> Batches(int[] order, int batchSize)
    {
        int window = (int)Math.Clamp(WindowBytes / Math.Max(_rowBytes * batchSize, 1), 1, int.MaxValue / batchSize) * batchSize;
        for (int start = 0; start < order.Length; start += window)
        {
            using var scope = NewDisposeScope();
            int length = Math.Min(window, order.Length - start);
            var rows = Gather(order.AsSpan(start, length));
            for (int from = 0; from < length; from += batchSize)
            {
                using var batch = NewDisposeScope();
                int count = Math.Min(batchSize, length - from);
                yield return length == count ? rows : new Batch([.. rows.Inputs.Select(t => t.narrow(0, from, count))], rows.Targets.narrow(0, from, count));
            }
        }
    }

    public void Dispose()
    {
        foreach (var input in _inputs)
            input.Dispose();
        _targets.Dispose();
    }
}
