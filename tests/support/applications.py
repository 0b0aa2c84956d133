"""A thousand applications as agencies have them: families that ask the same for the same purpose, and loners."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

OWNERS = (
    *("Kementerian Kesehatan", "Kementerian Pendidikan", "Kementerian Sosial", "Kementerian Dalam Negeri"),
    *("Kementerian Keuangan", "Kementerian Agama", "Kementerian Pertanian", "Kementerian Perhubungan"),
    *("Pemerintah Provinsi Jawa Barat", "Pemerintah Provinsi Sulawesi Selatan", "Pemerintah Kota Semarang"),
    *("Pemerintah Kabupaten Sleman", "Badan Kepegawaian", "Badan Pertanahan", "Kepolisian"),
)
PURPOSES = (
    *("Pendaftaran antrean pasien rawat jalan", "Pengajuan bantuan sosial keluarga miskin"),
    *("Pendaftaran peserta didik baru", "Permohonan izin usaha mikro", "Pelaporan kerusakan jalan raya"),
    *("Pengaduan warga", "Pembayaran retribusi pasar", "Pengurusan mutasi kepegawaian"),
    *("Permohonan sertifikat tanah", "Pendataan kelompok tani", "Pemesanan tiket kapal penyeberangan"),
    *("Pengajuan beasiswa mahasiswa", "Pelatihan kerja prakerja", "Imunisasi balita posyandu"),
)
PERSON = (("nik", "NIK"), ("nama", "Nama Lengkap"), ("tgl_lahir", "Tgl. Lahir"), ("alamat", "Alamat"))
CONTACT = (("no_hp", "No. HP/WA"), ("email", "E-mail"), ("kk", "No. KK"), ("npwp", "NPWP"))
SPELLED = {
    "nik": ("NIK", "No. KTP", "Nomor Induk Kependudukan"),
    "no_hp": ("No. HP/WA", "Telp.", "Nomor Telepon"),
}
ALONE = (
    "Pemantauan",
    "Perizinan",
    "Pendataan",
    "Pemesanan",
    "Pelaporan",
    "Penilaian",
    "Pengujian",
    "Penjadwalan",
)
THINGS = (
    *(
        "Hutan",
        "Pelabuhan",
        "Museum",
        "Laboratorium",
        "Irigasi",
        "Perpustakaan",
        "Stadion",
        "Bandara",
        "Terminal",
    ),
    *(
        "Koperasi",
        "Reklame",
        "Tambang",
        "Nelayan",
        "Peternakan",
        "Sungai",
        "Arsip",
        "Jembatan",
        "Rumah susun",
    ),
)
TOPIC = ("keluhan", "lokasi", "jumlah", "jadwal", "lampiran", "alasan")


def applications(count: int = 1000) -> list[dict[str, Any]]:
    """The same list every time: number `i` is made of `i` alone."""
    return [_application(i) for i in range(count)]


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Write the list as a spreadsheet saves it."""
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, [*rows[0]])
    table.writeheader()
    for row in rows:
        fields = "; ".join(f"{field['name']}={field['label']}" for field in row["fields"])
        table.writerow({**row, "fields": fields})
    return out.getvalue().encode()


def as_json(rows: list[dict[str, Any]]) -> bytes:
    """Write the list as JSON."""
    return json.dumps({"applications": rows}, ensure_ascii=False).encode()


def _application(i: int) -> dict[str, Any]:
    chance = int.from_bytes(hashlib.sha256(str(i).encode()).digest()[:8])
    alone = chance % 5 < 3
    purpose = f"{ALONE[chance // 7 % len(ALONE)]} {THINGS[chance // 11 % len(THINGS)]}" if alone else ""
    purpose = purpose or PURPOSES[chance // 13 % len(PURPOSES)]
    asked = [
        PERSON[0],
        PERSON[1],
        *(each for n, each in enumerate((*PERSON[2:], *CONTACT)) if chance >> n & 1),
    ]
    fields = [{"name": name, "label": _spelled(name, label, i)} for name, label in asked]
    for n in range(1 + chance // 17 % 3):
        topic = TOPIC[(chance // 19 + n) % len(TOPIC)]
        fields.append({"name": topic, "label": f"{topic.capitalize()} {purpose.split()[-1].lower()}"})
    return {
        "owner": OWNERS[chance // 23 % len(OWNERS) * (chance // 29 % 3) // 2],
        "name": f"Aplikasi {purpose} {i:04d}",
        "url": f"https://aplikasi-{i}.example",
        "purpose": f"{purpose} {('daring', 'terpadu', 'secara elektronik')[i % 3]}",
        "users": chance // 31 % 250_000,
        "yearly_cost": (chance // 37 % 900 + 100) * 1_000_000,
        "fields": fields,
        "technology": ("PHP", "Java", "Python")[i % 3],
        "retires_on": "2027-12-31" if i % 40 == 0 else "",
    }


def _spelled(name: str, label: str, i: int) -> str:
    ways = SPELLED.get(name, (label,))
    return ways[i % len(ways)]
