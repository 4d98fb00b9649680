using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace GBlend.MLNet;

/// <summary>The weights of a network as plain data: names and tensors in a fixed order, as PyTorch's <c>state_dict()</c>. Immutable.</summary>
/// <remarks>
/// <para>
/// <see cref="Load(string)"/> reads what <c>torch.save</c> writes and safetensors; <see cref="Save(string)"/> writes safetensors. Files may
/// come from anywhere: nothing in them is executed, a class or an instruction that a state dict does not need is refused, and reading takes
/// at most four times the file's size of memory (for files below 256 KiB: one MiB).
/// </para>
/// <para>Loaded tensors are views into the file's content, which stays in memory as long as one of them is used.</para>
/// </remarks>
public sealed class StateDict : IReadOnlyDictionary<string, StateTensor>
{
    private readonly OrderedDictionary<string, StateTensor> _tensors;

    /// <summary>Makes a state dict of tensors.</summary>
    /// <param name="tensors">Names and tensors, in the order that is kept.</param>
    /// <exception cref="ArgumentException">A name is given twice.</exception>
    public StateDict(IEnumerable<KeyValuePair<string, StateTensor>> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        _tensors = new(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor);
            if (!_tensors.TryAdd(name, tensor))
                throw new ArgumentException($"The tensor '{name}' is given twice.", nameof(tensors));
        }
    }

    /// <summary>Takes over a dictionary that nobody changes.</summary>
    internal StateDict(OrderedDictionary<string, StateTensor> tensors) => _tensors = tensors;

    /// <inheritdoc/>
    public int Count => _tensors.Count;

    /// <summary>The names, in their order.</summary>
    public IEnumerable<string> Keys => _tensors.Keys;

    /// <summary>The tensors, in the order of their names.</summary>
    public IEnumerable<StateTensor> Values => _tensors.Values;

    /// <summary>The tensor of a name.</summary>
    /// <param name="key">The name.</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public StateTensor this[string key] => _tensors[key];

    /// <summary>Reads a file: PyTorch's <c>.pth</c>/<c>.pt</c> (zip format or the one before version 1.6), or safetensors. The content tells which.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its tensors.</returns>
    /// <remarks>
    /// <para>
    /// A PyTorch file holds a state dict, or a checkpoint with one under <c>state_dict</c>, <c>model_state_dict</c>, <c>model_state</c>,
    /// <c>model</c> or <c>net</c>; entries of the dict that are no tensors are passed over. The prefix <c>module.</c>, which data-parallel
    /// training puts before every name, is dropped. Tensors that share storage, strided views included, become tensors of their own.
    /// </para>
    /// <para>Limits: 2 GiB a file, 100 MB a safetensors header, 64 dimensions. Checksums of the zip format are checked.</para>
    /// </remarks>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged, of another format, or asks for a class or an instruction that a state dict does not need, which the
    /// message names. Nothing of it was run.
    /// </exception>
    /// <exception cref="IOException">The file can't be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static StateDict Load(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Load(stream);
    }

    /// <summary>Reads what <see cref="Load(string)"/> reads, from a stream to its end.</summary>
    /// <param name="stream">Readable; it need not seek, and stays open.</param>
    /// <returns>Its tensors.</returns>
    /// <exception cref="InvalidDataException">As for a file.</exception>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public static StateDict Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return StateDictFormats.Read(stream);
    }

    /// <summary>Writes safetensors: a temporary file beside it that then takes its name, so that there is never half a file.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <remarks>
    /// The tensors stand in the order of this dict, in the header as in the data, the header is padded with spaces to a multiple of eight,
    /// and there is no metadata: the same dict always gives the same bytes.
    /// </remarks>
    /// <exception cref="InvalidOperationException">A tensor is named <c>__metadata__</c>, which safetensors keeps to itself, or the header would be over 100 MB.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>Writes the bytes that <see cref="Save(string)"/> writes to a stream.</summary>
    /// <param name="stream">Writable; it stays open.</param>
    /// <exception cref="InvalidOperationException">As for a file.</exception>
    /// <exception cref="IOException">The stream can't be written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Safetensors.Write(stream, _tensors);
    }

    /// <summary>The tensors of one part: those whose names begin with a prefix, without it.</summary>
    /// <param name="prefix">For example <c>encoders.0.</c>.</param>
    /// <returns>A new dict, empty when no name begins so.</returns>
    public StateDict Under(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new(_tensors.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(t => KeyValuePair.Create(t.Key[prefix.Length..], t.Value)));
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _tensors.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StateTensor value) => _tensors.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, StateTensor>> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
