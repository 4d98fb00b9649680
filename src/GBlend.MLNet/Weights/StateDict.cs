using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace GBlend.MLNet;

/// <summary>The weights of a network as plain data: names and tensors in a fixed order, as in PyTorch's <c>state_dict()</c>. Instances are immutable.</summary>
/// <remarks>
/// <para>
/// <see cref="Load(string)"/> reads safetensors and what <c>torch.save</c> writes; <see cref="Save(string)"/> writes safetensors. Files may
/// come from anywhere: nothing in them is executed, a class or an instruction that a state dict does not need is refused, and reading takes
/// at most four times as much memory as the file is large (for files below 256 KiB, one MiB).
/// </para>
/// <para>Loaded tensors are views into the content of the file, which stays in memory as long as one of them is used.</para>
/// </remarks>
public sealed class StateDict : IReadOnlyDictionary<string, StateTensor>
{
    private readonly OrderedDictionary<string, StateTensor> _tensors;

    /// <summary>Makes a state dict of tensors.</summary>
    /// <param name="tensors">The names and the tensors, in the order that the dict keeps.</param>
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

    /// <summary>The names of the tensors, in the order of the dict.</summary>
    public IEnumerable<string> Keys => _tensors.Keys;

    /// <summary>The tensors, in the order of their names.</summary>
    public IEnumerable<StateTensor> Values => _tensors.Values;

    /// <summary>The tensor that has a given name.</summary>
    /// <param name="key">The name of the tensor.</param>
    /// <exception cref="KeyNotFoundException">No tensor has this name.</exception>
    public StateTensor this[string key] => _tensors[key];

    /// <summary>
    /// Reads a file of weights: safetensors, or PyTorch's <c>.pth</c> and <c>.pt</c> (the zip format or the format before version 1.6). The
    /// content of the file decides which of them it is.
    /// </summary>
    /// <param name="path">The path of the file.</param>
    /// <returns>The tensors of the file.</returns>
    /// <remarks>
    /// <para>
    /// A PyTorch file holds a state dict, or a checkpoint with a state dict under <c>state_dict</c>, <c>model_state_dict</c>, <c>model_state</c>,
    /// <c>model</c> or <c>net</c>; entries of the dict that are not tensors are skipped. The prefix <c>module.</c>, which data-parallel
    /// training puts before every name, is dropped. Tensors that share storage, strided views included, become tensors of their own.
    /// </para>
    /// <para>A file has at most 2 GiB, a safetensors header 100 MB and a tensor 64 dimensions. Checksums of the zip format are checked.</para>
    /// </remarks>
    /// <exception cref="InvalidDataException">
    /// The file is truncated, damaged or of another format, or it asks for a class or an instruction that a state dict does not need, which the
    /// message names. Nothing in the file was executed.
    /// </exception>
    /// <exception cref="IOException">The file can't be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static StateDict Load(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Load(stream);
    }

    /// <summary>Reads weights in the formats of <see cref="Load(string)"/> from a stream, to its end.</summary>
    /// <param name="stream">The stream, which must be readable, need not be seekable, and stays open.</param>
    /// <returns>The tensors of the stream.</returns>
    /// <exception cref="InvalidDataException">
    /// The content is truncated, damaged or of another format, or it asks for a class or an instruction that a state dict does not need.
    /// </exception>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public static StateDict Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return StateDictFormats.Read(stream);
    }

    /// <summary>
    /// Writes the tensors to a file in the safetensors format. They are written to a temporary file in the same folder, which then takes the
    /// name, so that there is never half a file.
    /// </summary>
    /// <param name="path">The path of the file; a file that exists is replaced.</param>
    /// <remarks>
    /// The tensors have the order of this dict in the header and in the data, the header is padded with spaces to a multiple of eight bytes, and
    /// there is no metadata, so that the same dict always gives the same bytes.
    /// </remarks>
    /// <exception cref="InvalidOperationException">
    /// A tensor is named <c>__metadata__</c>, a name that safetensors keeps to itself, or the header would be larger than 100 MB.
    /// </exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, Save);

    /// <summary>Writes the tensors to a stream in the safetensors format, with the same bytes as <see cref="Save(string)"/>.</summary>
    /// <param name="stream">The stream, which must be writable and stays open.</param>
    /// <exception cref="InvalidOperationException">
    /// A tensor is named <c>__metadata__</c>, a name that safetensors keeps to itself, or the header would be larger than 100 MB.
    /// </exception>
    /// <exception cref="IOException">The stream can't be written.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Safetensors.Write(stream, _tensors);
    }

    /// <summary>Returns the tensors whose names begin with a prefix, under their names without it.</summary>
    /// <param name="prefix">The prefix, for example <c>encoders.0.</c>.</param>
    /// <returns>A new state dict, which is empty when no name begins with the prefix.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="prefix"/> is <see langword="null"/>.</exception>
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
