using System.Buffers;
using TorchSharp;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>
/// All rows of a fit, and batches of them in any order, as the encoders read them. Rows that are read as they are and lie in one piece of
/// memory are tensors on the device; of the others what is read is gathered on the host, and, where that is much, ahead of the training.
/// </summary>
internal sealed class RowStore : IDisposable
{
    /// <summary>Batches are gathered some at a time, up to so many bytes, and then cut: fewer copies, which still fit a core's cache.</summary>
    private const long WindowBytes = 1 << 20;

    /// <summary>From so many bytes on, gathering takes longer than handing it to another thread.</summary>
    private const long AheadBytes = 256 << 10;

    /// <summary>The most of a column that is kept in a GPU's memory.</summary>
    private const long MostOnGpu = 2L << 30;

    private readonly ModalitySpec[] _modalities;
    private readonly RowColumn[] _columns;
    private readonly Tensor?[] _resident;
    private readonly Tensor _targets;
    private readonly Tensor? _weights;
    private readonly Tensor?[]? _presence;
    private readonly IReadOnlyList<bool[]?>? _isThere;
    private readonly double[] _dropout;
    private readonly ScalarType _precision;
    private readonly Device _device;

    internal RowStore(TrainingRows rows, IReadOnlyList<ModalitySpec> modalities, Tensor targets, ScalarType precision, Device device)
    {
        (_modalities, _columns, _precision, _device) = ([.. modalities], [.. rows.Modalities], precision, device);
        using var scope = NewDisposeScope();
        _resident = [.. modalities.Zip(_columns, Resident)];
        foreach (var tensor in _resident)
            tensor?.DetachFromDisposeScope();
        _targets = scope.Detach(targets.to(device));
        Tensor OfRows(double[] values) => scope.Detach(tensor(values, precision == ScalarType.BFloat16 ? ScalarType.Float32 : precision, device));
        _weights = rows.Targets.Weights is { } weights ? OfRows(weights) : null;
        _isThere = rows.Presence;
        _presence = _isThere?.Select(isThere => isThere is null ? null : OfRows([.. isThere.Select(has => has ? 1.0 : 0)])).ToArray();
        _dropout = [.. modalities.Select(m => m.Dropout)];
    }

    /// <summary>Bytes that are gathered per row.</summary>
    internal long RowBytes => _modalities.Zip(_columns, (m, c) => (long)m.Layout.Size * c.ElementSize).Sum();

    /// <summary>Gives other rows, of plain floats, for a modality from now on.</summary>
    internal void Replace(int modality, RowColumn<float> rows)
    {
        _resident[modality]?.Dispose();
        _modalities[modality] = new(_modalities[modality].Column, [rows.Width], _modalities[modality].Encoder, null);
        _columns[modality] = rows;
        _resident[modality] = Resident(_modalities[modality], rows)?.DetachFromDisposeScope();
    }

    /// <summary>Copies of the rows asked for, not yet prepared for the network; the caller disposes of them.</summary>
    internal Batch Gather(ReadOnlySpan<int> order) => Complete(order, GatherOnHost(order, null));

    /// <summary>The rows as the network reads them when nothing is random.</summary>
    /// <param name="gathered">By <see cref="Gather"/>.</param>
    internal Batch Prepare(Batch gathered) => Prepare(gathered, default, null);

    /// <summary>The rows in the order given, cut into batches that are ready for the network. A batch is valid until the next one is asked for.</summary>
    /// <param name="order">Row numbers.</param>
    /// <param name="batchSize">Rows per batch; the last one may have fewer.</param>
    /// <param name="seed">Decides what is random about the rows; <see langword="null"/> for rows as losses see them.</param>
    /// <param name="microBatchSize">The most rows that are given at once; a batch of more comes in parts.</param>
    /// <param name="skip">
    /// The batches that are left out at the beginning. The others lie in memory as if none were, because the last bits of a product can depend on that.
    /// </param>
    internal IEnumerable<Batch> Batches(int[] order, int batchSize, int? seed = null, int? microBatchSize = null, int skip = 0)
    {
        int most = Math.Min(microBatchSize ?? batchSize, batchSize);
        int window = (int)Math.Clamp(WindowBytes / Math.Max(RowBytes * batchSize, 1), 1, int.MaxValue / batchSize) * batchSize;
        bool isAhead = _resident.Any(r => r is null) && (_columns.Any(c => !c.IsInMemory) || RowBytes * Math.Min(window, order.Length) >= AheadBytes);
        Task<Tensor?[]>? next = null;
        try
        {
            for (int start = skip * batchSize / window * window; start < order.Length; start += window)
            {
                using var scope = NewDisposeScope();
                int length = Math.Min(window, order.Length - start), following = start + length;
                var onHost = next is null ? GatherOnHost(order.AsSpan(start, length), seed) : next.GetAwaiter().GetResult();
                next = isAhead && following < order.Length
                    ? OwnThread.Start(() => GatherOnHost(order.AsSpan(following, Math.Min(window, order.Length - following)), seed))
                    : null;
                foreach (var tensor in onHost)
                {
                    if (tensor is not null)
                        scope.Attach(tensor);
                }
                var rows = Complete(order.AsSpan(start, length), onHost);
                for (int from = Math.Clamp(skip * batchSize - start, 0, length), count; from < length; from += count)
                {
                    using var batch = NewDisposeScope();
                    int step = from / batchSize * batchSize, rowsOfStep = Math.Min(batchSize, length - step);
                    count = Math.Min(most, step + rowsOfStep - from);
                    int first = from;
                    var part = length == count ? rows : rows.Select(t => t.narrow(0, first, count));
                    yield return Prepare(part, order.AsSpan(start + from, count), seed) with
                    {
                        Share = (double)count / rowsOfStep,
                        EndsStep = from + count == step + rowsOfStep
                    };
                }
            }
        }
        finally
        {
            Abandon(next);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _resident)
            tensor?.Dispose();
        _targets.Dispose();
        _weights?.Dispose();
        foreach (var isThere in _presence ?? [])
            isThere?.Dispose();
    }

    private Tensor? Resident(ModalitySpec modality, RowColumn column)
    {
        if (!modality.Layout.IsPlain || (_device.type != DeviceType.CPU && (long)column.Count * column.Width * column.ElementSize > MostOnGpu))
            return null;
        return column.AsTensor()?.view([column.Count, .. Longs(modality.Shape)]).to(_device);
    }

    /// <summary>The modalities that are not on the device, without autograd or scopes of the thread it runs on.</summary>
    private Tensor?[] GatherOnHost(ReadOnlySpan<int> order, int? seed)
    {
        var gathered = new Tensor?[_modalities.Length];
        byte[] rented = ArrayPool<byte>.Shared.Rent(_columns.Where(c => !c.IsInMemory).Select(c => c.Width * c.ElementSize).DefaultIfEmpty().Max()),
            buffer = rented;
        for (int m = 0; m < gathered.Length; m++)
        {
            if (_resident[m] is not null)
                continue;
            var (layout, column) = (_modalities[m].Layout, _columns[m]);
            var rows = empty([order.Length, .. Longs(_modalities[m].Shape)], column.Type).DetachFromDisposeScope();
            var destination = rows.bytes;
            int rowBytes = layout.Size * column.ElementSize;
            var padding = layout.Shift > 0 ? _modalities[m].Padding(column.Type) : [];
            for (int i = 0; i < order.Length; i++)
            {
                var place = seed is { } drawn ? layout.Place(RowDraw.Of(drawn, order[i])) : layout.Middle;
                var (first, count) = layout.Stretch(place);
                layout.Copy(column.Read(order[i], first, count, ref buffer), place, column.ElementSize, padding, destination.Slice(i * rowBytes, rowBytes));
            }
            gathered[m] = rows;
        }
        ArrayPool<byte>.Shared.Return(rented);
        return gathered;
    }

    private Batch Complete(ReadOnlySpan<int> order, Tensor?[] onHost)
    {
        var rows = new long[order.Length];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = order[i];
        using var index = tensor(rows, device: _device);
        return new Batch(
            [.. onHost.Select((gathered, m) => gathered is null ? _resident[m]!.index_select(0, index) : OnDevice(gathered))], _targets.index_select(0, index))
        {
            Weights = _weights?.index_select(0, index),
            Presence = _presence?.Select(isThere => isThere?.index_select(0, index)).ToArray(),
        };
    }

    /// <summary>What joint branches hear of rows in an epoch; <see langword="null"/> where dropout hides nothing.</summary>
    private Tensor?[]? Heard(ReadOnlySpan<int> rows, int seed)
    {
        int k = _modalities.Length;
        if (k == 1 || _dropout.All(share => share == 0))
            return null;
        int count = rows.Length;
        double[][] heard = [.. _dropout.Select(_ => new double[count])];
        bool[] isThere = new bool[k], isHeard = new bool[k];
        for (int i = 0; i < count; i++)
        {
            for (int m = 0; m < k; m++)
                isThere[m] = _isThere?[m]?[rows[i]] ?? true;
            ModalityDropout.Draw(seed, rows[i], _dropout, isThere, isHeard);
            for (int m = 0; m < k; m++)
                heard[m][i] = isHeard[m] ? 1 : 0;
        }
        var type = _precision == ScalarType.BFloat16 ? ScalarType.Float32 : _precision;
        return [.. heard.Select((values, m) => _dropout[m] == 0 && _isThere?[m] is null ? null : tensor(values, type, _device))];
    }

    private Tensor OnDevice(Tensor gathered)
    {
        if (_device.type == DeviceType.CPU)
            return gathered;
        using (gathered)
            return gathered.to(_device);
    }

    private Batch Prepare(Batch raw, ReadOnlySpan<int> rows, int? seed)
    {
        var inputs = new Tensor[raw.Inputs.Count];
        for (int m = 0; m < inputs.Length; m++)
            inputs[m] = _modalities[m].Prepare(raw.Inputs[m], _precision, rows, seed);
        return raw with { Inputs = inputs, Heard = seed is { } draw ? Heard(rows, draw) : null };
    }

    /// <summary>Waits for what is gathered ahead and frees it.</summary>
    private static void Abandon(Task<Tensor?[]>? gathering)
    {
        if (gathering is null)
            return;
        try
        {
            foreach (var tensor in gathering.GetAwaiter().GetResult())
                tensor?.Dispose();
        }
        catch (IOException)
        {
            // The rows are not wanted any more.
        }
    }

    private static IEnumerable<long> Longs(IReadOnlyList<int> shape) => shape.Select(s => (long)s);
}
